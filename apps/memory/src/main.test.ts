import { journey, startProcess } from '@sojourn/demo/journey'

journey('memory', () => startProcess(new URL('main.ts', import.meta.url)))
