import { createRequire } from 'node:module'
import express from 'express'

/** Each Express that is supported. Version 4 has no types of its own here, and for what is tested they are the same. */
export const expressVersions = {
  'Express 5': express,
  'Express 4': createRequire(import.meta.url)('express4') as typeof express,
}
