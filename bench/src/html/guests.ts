import { percentBack } from '../return-report.ts'
import { formatDate, micros } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { placeOf } from './places.ts'
import type { Reported } from './reported.ts'

/** What an application of the reader's costs and survives: a few words each. */
export function describeGuests(results: Reported): [name: string, parts: string[]][] {
  const rows = [...results.throughput, ...results.restart, ...results.theft]
  const names = new Set(rows.map(({ contender }) => contender))
  return [...names]
    .filter(name => placeOf(name).side === 'guest')
    .map((name): [string, string[]] => [
      name,
      [describeCost, describeRestart, describeTheft].flatMap(part => part(results, name)),
    ])
    .filter(([, parts]) => parts.length > 0)
}

function describeCost({ throughput }: Reported, name: string): string[] {
  const row = throughput.find(({ contender, scenario }) => contender === name && scenario === 'read')
  if (row === undefined) return []
  const { overheadMicros, ratioToNone } = row
  // Of an application whose process is not known, there is none.
  const price = overheadMicros as typeof overheadMicros | null
  const share = `${ratioToNone.median.toFixed(2)} of the requests of the app without sessions`
  return price === null
    ? [share]
    : [`${micros(price.median)} a page view, what the page itself takes included`, share]
}

function describeRestart({ restart }: Reported, name: string): string[] {
  const row = restart.find(({ contender, fault }) => contender === name && fault === 'restart')
  if (row === undefined) return []
  // Noted by who measures an application that always answered: it may not have been restarted at all.
  const isDoubtful = 'awayMs' in row && row.awayMs === 0
  if (isDoubtful) return ['never seen to be away: whether it was restarted is not known']
  return [row.stillSignedIn === 0 ? 'lost at a restart' : `${percentBack(row)} outlive a restart`]
}

function describeTheft({ theft }: Reported, name: string): string[] {
  const own = theft.filter(({ contender }) => contender === name)
  const rowOf = (wanted: string) => own.find(({ act }) => act === wanted)
  const [signOut, planted] = [rowOf('sign-out'), rowOf('sign-in')]
  return [
    ...(signOut === undefined
      ? []
      : [
          signOut.worksForMs === null ? 'a stolen cookie outlives sign-out' : 'sign-out ends a stolen cookie',
        ]),
    ...(planted?.worksForMs === null ? [`⚠ session fixation: ${planted.note}`] : []),
  ]
}

/** Where the rows of further files come from. */
export const showGuests = ({ guests = [], machine: own }: Reported): Markup[] =>
  guests.map(({ contenders, machine, commit, date }) => {
    const { cores, cpu, node } = machine
    const isElsewhere = cpu !== own.cpu || cores !== own.cores
    const origin = [
      `${cores} × ${cpu}`,
      `Node ${node}`,
      ...(commit === 'unknown' ? [] : [`commit ${commit}`]),
      formatDate(date),
    ].join(' · ')
    return html`
<p class="run">${contenders.join(', ')}, from another run: ${origin}${
      isElsewhere ? '. That is another machine: compare ratios, not times' : ''
    }</p>`
  })
