import { contenderNames } from '../contenders.ts'
import { groupContenders } from '../html/places.ts'
import type { Reported } from '../html/reported.ts'
import type { Restart, Theft } from '../results.ts'
import { percentBack } from '../return-report.ts'
import { isOnSockets, socketContenderNames } from '../sockets/contenders.ts'
import { smallest } from './costs.ts'
import { labelOf } from './labels.ts'
import { markdownTable, micros } from './markdown.ts'

/** In a line for each contender on HTTP or sockets, what you get and what you pay: ours beside what people run. */
export function writeInShort(results: Reported): string {
  const measured = [...contenderNames, ...socketContenderNames]
    .filter(name => name !== 'none')
    .map(contender => ({
      contender,
      get: describeGains(results, contender),
      pay: describePrice(results, contender),
    }))
    .filter(({ get, pay }) => get !== '' || pay !== '')
  const order = [...groupContenders(measured).values()].flat()
  return measured.length === 0
    ? ''
    : markdownTable(
        order.flatMap(name => measured.filter(({ contender }) => contender === name)),
        [
          { title: '', cell: ({ contender }) => labelOf(contender), align: 'left' },
          { title: 'what you get', cell: ({ get }) => get, align: 'left' },
          { title: 'what you pay', cell: ({ pay }) => pay, align: 'left' },
        ],
      )
}

function describePrice(results: Reported, contender: string): string {
  const [read, write] = ['read', 'write'].map(scenario =>
    smallest(results, scenario).find(row => row.contender === contender),
  )
  const socket = results.sockets.find(row => row.contender === contender)
  return [
    ...(read === undefined ? [] : [`${micros(read.overheadMicros)} a page view`]),
    ...(write === undefined ? [] : [`${micros(write.overheadMicros)} a change`]),
    ...(socket === undefined
      ? []
      : [
          `${micros(socket.overheadMicros)} a relogin`,
          `${(socket.rssBytesPerSocket / 1024).toFixed(0)} KB a socket`,
        ]),
  ].join(', ')
}

function describeGains({ restart, theft }: Reported, contender: string): string {
  const struck = (fault: string) => restart.find(row => row.contender === contender && row.fault === fault)
  const [killed, second, lost] = ['server-killed', 'second-server', 'answers-lost'].map(struck)
  return [
    ...(killed === undefined ? [] : [describeRestart(killed)]),
    ...(second === undefined ? [] : [second.stillSignedIn === 0 ? 'one server' : 'any number of servers']),
    ...(lost === undefined
      ? []
      : [isWhole(lost) ? 'lost answers sign nobody out' : `${percentBack(lost)} stay when answers are lost`]),
    ...describeThefts(theft.filter(row => row.contender === contender)),
  ].join('; ')
}

const isWhole = ({ stillSignedIn, clients }: Restart) => stillSignedIn === clients

function describeRestart(row: Restart): string {
  if (isWhole(row)) return 'outlives a restart'
  return row.stillSignedIn === 0 ? 'a restart signs all out' : `${percentBack(row)} outlive a restart`
}

/** By which of its owner's acts a copied cookie may end. */
const acts: Readonly<Record<string, string>> = {
  'sign-out': 'sign-out',
  'sign-out-everywhere': 'sign-out everywhere',
  'password-change': 'a new password',
  'next-use': 'its next use',
}

function describeThefts(rows: readonly Theft[]): string[] {
  const [first] = rows
  if (first === undefined) return []
  const ended = rows.filter(({ worksForMs }) => worksForMs !== null)
  if (!isOnSockets(first)) {
    const endings = ended.map(({ act }) => acts[act]).filter(ending => ending !== undefined)
    return [`a copied cookie ends by ${endings.join(', ') || 'nothing'}`]
  }
  return [
    ended.length === rows.length
      ? 'a copied key ends when its owner comes'
      : `${rows.length - ended.length} of ${rows.length} kinds of copied key live on`,
  ]
}
