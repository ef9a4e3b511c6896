import type { Machine } from '../results.ts'

/** Of the processor and its cores, made safe for a file: `intel-xeon-processor-2-cores`. */
export function machineName({ cpu, cores }: Machine): string {
  const words = `${cpu.replace(/\((R|TM|C)\)/gi, '')} ${cores} core${cores === 1 ? '' : 's'}`
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
