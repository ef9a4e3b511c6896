import { testBroken } from './broken.ts'
import { brokenTransports } from './broken-transports.ts'
import { inProcess, ReferenceTransport } from './reference-transport.ts'
import { testTransport, transportLaws } from './transport.ts'

testTransport('reference', inProcess(ReferenceTransport))
testBroken('broken transports', brokenTransports, transportLaws)
