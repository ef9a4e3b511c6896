import { join } from 'node:path'
import { createLevelStore } from '@sojourn/level'
import { createSojournContender } from '../sojourn.ts'

export const contender = createSojournContender('level', 'Sojourn, in LevelDB', ({ store }) =>
  createLevelStore({ location: join(store, 'level') }),
)
