/* A part of the demo, a process of its own: the page. */
import { serveUntilEnded } from '@sojourn/demo'
import { createApp } from './create-app.ts'
import { settings } from './settings.ts'
import './until-ended.ts' // its starter may be gone before it listens

const title = 'Relogin keys through Resgate'
await serveUntilEnded(title, await createApp({ title, ...settings }), 8086)
