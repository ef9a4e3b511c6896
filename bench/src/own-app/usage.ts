import { wrapAfter } from '../table.ts'

export const scenarios = ['throughput', 'restart', 'theft'] as const
export type Scenario = (typeof scenarios)[number]

const optionTexts: Record<string, string> = {
  '--url URL': 'where it is: scheme, host and port',
  '--login PATH': 'where its sign-in is posted to',
  '--form FIELDS': "what is posted: 'userName=user{n}&password=secret'; {n} is a user's number, 1 to --users",
  "--json '{…}'": 'or this, as JSON',
  '--page PATH': 'a page that only a signed-in user sees',
  '--expect TEXT':
    'what is on that page only then, as it is in its source; {n} in it tells one user from another',
  '--login-page PATH':
    'a page with the form that posts to --login: its hidden fields are sent along, and its CSRF token',
  '--users N': 'how many users {n} stands for (default: one for each client)',
  '--header LINE': "sent with every request: 'X-Forwarded-Proto: https'; may be given again",
  '--anonymous PATH': 'a page to compare with, opened without a cookie (default: --page)',
  '--logout PATH': 'where signing out is posted to',
  '--logout-method M': 'POST (default), DELETE or GET',
  '--logout-page PATH':
    'a page with the form that posts to --logout, or with its CSRF token (default: --page)',
  '--restart COMMAND':
    'a shell command that starts the application again; it may return, or be the application',
  '--patience S': 'how long that may take (60)',
  '--pid N': 'the process of the application, for its CPU time and memory, with its children (Linux)',
  '--scenario a,b': `only these: ${scenarios.join(', ')}`,
  '--clients N': 'how many are signed in before a restart (100)',
  '--connections N': 'how many ask at the same time (32)',
  '--rounds N': 'how often each page is measured (3)',
  '--seconds S': 'how long, each time (2)',
  '--json FILE': 'writes the results there',
  '--i-own-this-host': 'lets --url be another machine than this one',
}

export const usage = [
  'Measures the sessions of a running web application: throughput, restart survival, theft.\n\n',
  "sojourn-bench --url http://127.0.0.1:3000 --login /login --form 'userName=ann&password=secret'\n",
  "              --page /dashboard --expect 'Sign out' [options]\n\n",
  ...Object.entries(optionTexts).map(([option, text]) => wrapAfter(`  ${option.padEnd(20)}`, text, 23)),
].join('')

/** Of an option, by its name with its dashes. */
export const textOf = (option: string) =>
  Object.entries(optionTexts).find(([text]) => text.startsWith(`${option} `))?.[1] ?? ''
