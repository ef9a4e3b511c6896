declare module '@sojourn/core' {
  interface SessionData {
    message: string
    greetings: number
    /** Who is signed in, where the library has no word of its own for that. */
    user: string
  }
}

export {}
