const { dataset } = document.body

/** What the web server says of the demo. */
export const gatewayUrl = dataset.gatewayUrl as string
export const renewMs = Number(dataset.renewMs)
export const idleMs = Number(dataset.idleMs)
