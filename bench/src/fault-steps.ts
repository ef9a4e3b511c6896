import { type ContenderName, storeOf } from './contenders.ts'
import { type FaultName, faultNames, faults } from './faults.ts'
import type { BenchOptions } from './options.ts'
import { measureRestart } from './restart.ts'
import type { NotRun } from './results.ts'
import type { Stage } from './stage.ts'
import type { Step } from './step.ts'
import { hasStore, measureStoreTheft } from './store-theft.ts'
import { measureTheft } from './theft.ts'

const faultSeconds = { server: 1, store: 4 }
const theftSeconds = 5

/** Who is still signed in after something broke, and how long a copied cookie works. */
export function planFaults({ contenders, measurements, clients }: BenchOptions, stage: Stage): Step[] {
  const stateful = contenders.filter(name => name !== 'none')
  return [
    ...faultNames
      .filter(fault => measurements.includes(fault))
      .flatMap(fault =>
        stateful
          .filter(contender => faults[fault].canStrike(contender))
          .map(contender => planFault(stage, fault, contender, clients)),
      ),
    ...(measurements.includes('theft') ? stateful.flatMap(contender => planTheft(stage, contender)) : []),
  ]
}

function planFault(stage: Stage, fault: FaultName, contender: ContenderName, clients: number): Step {
  return {
    what: fault,
    who: contender,
    store: storeOf(contender),
    seconds: faultSeconds[faults[fault].of] + clients / 1000,
    run: async () => ({ restart: [await measureRestart(contender, fault, clients, stage.places)] }),
  }
}

function planTheft(stage: Stage, contender: ContenderName): Step[] {
  const ofCookie: Step = {
    what: 'theft',
    who: contender,
    store: storeOf(contender),
    seconds: theftSeconds,
    async run() {
      const notRun: NotRun[] = []
      const server = await stage.server(contender, notRun)
      return { theft: server === null ? [] : await measureTheft(server), notRun }
    },
  }
  const ofStore: Step = {
    what: 'theft, a copy of the store',
    who: contender,
    seconds: 2,
    run: async () => ({ theft: [await measureStoreTheft(contender)] }),
  }
  return hasStore(contender) ? [ofCookie, ofStore] : [ofCookie]
}
