import { checkDocuments } from './check.ts'
import { repository } from './publish.ts'

const [root = repository] = process.argv.slice(2)
const faults = await checkDocuments(root)
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)
console.log('The documents agree with the published results, and with the traits of the strategies.')
process.exit()
