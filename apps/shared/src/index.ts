export { createDemo, type DemoOptions } from './create-demo.ts'
export { type StartDemoOptions, startDemo } from './start-demo.ts'
