import { wrongAnswers, wrongUsersUnderLoad } from './answers.ts'
import { busyLoop, delay, largerAnswer } from './costs.ts'
import { leak, lingering, pause } from './growth.ts'
import { busyStore } from './in-store.ts'
import { evenPace, stalls } from './paces.ts'
import { lostSessions, lostWrites, wrongUsers } from './restarts.ts'
import type { Check } from './stand.ts'
import { thefts } from './thefts.ts'
import { secondTrip } from './trips.ts'

/** What counts: no other work on the machine makes a difference. */
export const steadyChecks: readonly Check[] = [
  wrongAnswers,
  wrongUsersUnderLoad,
  largerAnswer,
  secondTrip,
  lostSessions,
  lostWrites,
  wrongUsers,
  lingering,
]

/** What reads clocks and memory. */
export const noisyChecks: readonly Check[] = [
  busyLoop,
  busyStore,
  delay,
  stalls,
  evenPace,
  leak,
  pause,
  thefts,
]
