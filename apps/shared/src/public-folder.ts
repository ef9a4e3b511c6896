import { resolve } from 'node:path'

/** The style sheet and the icon of all demos. */
export const publicFolder = resolve(import.meta.dirname, '../public')
