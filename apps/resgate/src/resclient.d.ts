/* Of resclient, what the page uses: its own types do not hold for modules. */
declare module 'resclient' {
  export interface ResError {
    readonly code: string
    readonly message: string
    readonly data?: unknown
  }

  export interface ResModel<T extends object> {
    readonly props: T
    on(event: 'change', listener: () => void): this
    on<D>(event: string, listener: (data: D) => void): this
    off(event: string, listener: () => void): this
  }

  export interface ResClientOptions {
    readonly reconnectDelay?: number
    readonly subscribeStaleDelay?: number
    readonly subscribeRetryDelay?: number
  }

  export default class ResClient {
    constructor(createSocket: () => WebSocket, options?: ResClientOptions)
    connected: boolean
    connect(): Promise<void>
    disconnect(): void
    setOnConnect(onConnect: () => Promise<void>): this
    on(event: 'connect' | 'disconnect', listener: () => void): void
    get<T extends object>(rid: string): Promise<ResModel<T>>
    authenticate(rid: string, method: string, params?: object): Promise<unknown>
  }
}
