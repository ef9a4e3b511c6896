/** What a client of the gateway is told: https://resgate.io/docs/specification/res-service-protocol/#error-object */
export class ResError extends Error {
  override readonly name = 'ResError'
  readonly code: string
  readonly data: object | undefined

  constructor(code: string, message: string, data?: object) {
    super(message)
    this.code = code
    this.data = data
  }
}

export const internalError = () => new ResError('system.internalError', 'Internal error')
export const invalidParams = () => new ResError('system.invalidParams', 'Invalid parameters')
