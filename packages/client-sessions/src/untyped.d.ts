// What is published of their types declares `req.session`, which cannot stand beside ours in one program.
declare module 'client-sessions' {
  interface Options {
    cookieName: string
    secret?: string | Buffer | undefined
    encryptionKey?: Buffer | undefined
    signatureKey?: Buffer | undefined
    encryptionAlgorithm?: string | undefined
    signatureAlgorithm?: string | undefined
    duration?: number
    activeDuration?: number
    cookie?: object
  }
  const sessions: {
    (options: Options): (req: object, res: object, next: () => void) => void
    util: {
      decode(
        options: Options,
        value: string,
      ): { content: unknown; createdAt: number; duration: number } | undefined
      encode(options: Options, content: unknown, duration?: number, createdAt?: number): string
    }
  }
  export default sessions
}

declare module 'cookie-session' {
  export default function cookieSession(options: {
    name: string
    keys: object
    maxAge?: number
  }): (req: object, res: object, next: () => void) => void
}
