import { contenderNames } from './contenders.ts'
import { measurements, quickMeasurements } from './measurements.ts'
import { resgateContenderNames } from './resgate/contenders.ts'
import { socketContenderNames } from './sockets/contenders.ts'
import { wrapAfter } from './table.ts'

const allNames = [...new Set([...contenderNames, ...socketContenderNames, ...resgateContenderNames])]

const optionTexts = {
  '--quick': `three and a half minutes: ${quickMeasurements.join(', ')} (default)`,
  '--full': 'an hour or more: more and longer rounds, more sizes, and all measurements',
  '--resume': 'goes on with what is missing of the run that was broken off',
  '--only a,b': `these contenders: ${allNames.join(', ')}`,
  '--scenario a,b': `these measurements: ${measurements.join(', ')}`,
  '--bytes a,b':
    'sizes of session data: read is measured with each, all else with the first (200, with --full 200,1000,3000)',
  '--connections a,b':
    'read is measured with each number of them, all else with the first (32, with --full 32,1,256)',
  '--rates a,b':
    'requests per second for latency (2000,5000), beside shares of what each contender can answer',
  '--sizes a,b': 'numbers of live sessions, for scale (1000,10000,100000, with --full 1000000 as well)',
  '--rounds N': 'how often each contender is measured (5, with --full 11)',
  '--seconds S': 'how long, each time (0.2, with --full 0.3)',
  '--warm-up N': 'requests that each server answers before it is measured (15000, with --full 30000)',
  '--clients N':
    'how many are signed in before a fault, and have open sockets (200 and 400, with --full 1000)',
  '--json FILE': 'writes the results there too',
  '--results FOLDER': 'keeps latest.json there (bench/results)',
  '--compare FILE':
    'says what changed since the run of that file; with --with FILE, or for two files without options, nothing is run',
  '--publish [FILE…]':
    'writes bench/results/<machine>.json, docs/comparison.md and README.md, of a --full run, or of the file without a run',
  '--self-test':
    'measures no contender, but the benchmark: known faults are planted, and must be reported at their size (two minutes)',
  '--anyway':
    'publishes a run that is incomplete, or of a work tree with changes, as well; npm run check-docs fails then',
}

export const usage = [
  'npm run bench -- [options]\n\n',
  ...Object.entries(optionTexts).map(([option, text]) => wrapAfter(`  ${option.padEnd(18)}`, text, 21)),
].join('')
