export { createDemo, type DemoOptions } from './create-demo.ts'
export { keepSecret } from './keep-secret.ts'
export { type StartDemoOptions, startDemo } from './start-demo.ts'
