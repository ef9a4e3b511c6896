import { type ContenderName, contenderNames, isShared } from '../contenders.ts'
import { faultNames, faults } from '../faults.ts'
import type { Reported } from '../html/reported.ts'
import { planted } from '../html/results.fixture.ts'
import { resgateContenderNames } from '../resgate/contenders.ts'
import { resgateFaultNames } from '../resgate/faults.ts'
import type { Restart, Theft } from '../results.ts'
import { scenarios } from '../scenarios.ts'
import { socketContenderNames } from '../sockets/contenders.ts'
import { socketFaultNames } from '../sockets/faults.ts'

const { throughput, restart, theft, scale, sockets, resgate, notRun } = planted
const http = contenderNames.filter(name => name !== 'none')
const onSockets = socketContenderNames.filter(name => name !== 'none')
const throughResgate = resgateContenderNames.filter(name => name !== 'resgate-none')

/** The planted rows, and for each name that is not among them another's. */
function filled<Row extends { readonly contender: string }>(
  rows: readonly Row[],
  names: readonly string[],
  model: Row | undefined = rows.at(-1),
): Row[] {
  const missing = names.filter(name => rows.every(({ contender }) => contender !== name))
  return [...rows, ...missing.map(contender => ({ ...(model as Row), contender }))]
}

const struck = (fault: string, names: readonly string[]) => {
  const rows = restart.filter(row => row.fault === fault && names.includes(row.contender))
  const model = { ...(restart.find(row => names.includes(row.contender)) as Restart), fault }
  return filled(rows, names, model)
}

const thievesOf = (names: readonly string[]) => {
  const rows = theft.filter(({ contender }) => names.includes(contender))
  return filled(rows, names, rows.at(-1) as Theft)
}

const ofFive = <Row extends object>(row: Row) => ({ ...row, rounds: 5 })

/** The planted run, with those it lacks: each planted as another of its kind. */
export const complete: Reported = {
  ...planted,
  throughput: scenarios
    .flatMap(({ name, isFirst }) => {
      const rows = throughput.filter(({ scenario }) => scenario === name)
      const reads = throughput.filter(row => row.scenario === 'read' && row.sessionBytes === 200)
      const models = reads
        .filter(row => row.concurrency === 32)
        .filter(({ contender }) => !isFirst || contender === 'none' || isShared(contender as ContenderName))
      return rows.length > 0 ? rows : models.map(row => ({ ...row, scenario: name }))
    })
    .map(ofFive),
  restart: [
    ...faultNames.flatMap(name => struck(name, http.filter(faults[name].canStrike))),
    ...socketFaultNames.flatMap(name => struck(name, onSockets)),
    ...resgateFaultNames.flatMap(name => struck(name, throughResgate)),
  ],
  theft: [...thievesOf(http), ...thievesOf(onSockets)],
  scale: filled(scale, http),
  sockets: filled(sockets, socketContenderNames).map(ofFive),
  resgate: resgateContenderNames
    .flatMap(name =>
      (['relogin', 'login'] as const).flatMap(act => {
        const row = resgate.find(row => row.contender === name && row.act === act) ?? resgate.at(-1)
        return row === undefined ? [] : [{ ...row, contender: name, act }]
      }),
    )
    .map(ofFive),
  notRun: notRun.filter(({ sessionBytes }) => sessionBytes !== undefined),
}
