import { SessionError } from '@sojourn/core'
import type { NextFunction, Request, Response } from 'express'

interface Explanation {
  readonly code: string
  readonly heading: string
  readonly text: string
}

const explanations: { readonly [status: number]: Explanation } = {
  400: { code: 'bad_request', heading: 'Bad request', text: 'The server could not read what was sent.' },
  401: { code: 'session_ended', heading: 'Your session has ended', text: 'Sign in again to go on.' },
  403: {
    code: 'forbidden',
    heading: 'Refused',
    text: 'This request was sent by a page of another site, so nothing was done. If it was you, go back to this site and try again there.',
  },
  404: { code: 'not_found', heading: 'Page not found', text: 'There is nothing at this address.' },
  500: {
    code: 'internal',
    heading: 'Something went wrong',
    text: 'The fault is on our side, and it has been logged.',
  },
  503: {
    code: 'unavailable',
    heading: 'Sessions cannot be reached',
    text: 'The place where sessions are kept does not answer. Nobody has been signed out: try again in a moment.',
  },
}
const unexplained = explanations[500] as Explanation

export function answerNotFound(req: Request, res: Response): void {
  answer(req, res, 404)
}

export function answerError(error: unknown, req: Request, res: Response, next: NextFunction): void {
  const status = statusOf(error)
  if (status >= 500) console.error(error)
  if (res.headersSent) return next(error)
  answer(req, res, status, error instanceof SessionError ? error.code : undefined)
}

function answer(req: Request, res: Response, status: number, code?: string): void {
  const explanation = explanations[status] ?? unexplained
  res.status(status)
  if (req.accepts(['json', 'html']) === 'html') res.render('error', { status, ...explanation })
  else res.json({ error: code ?? explanation.code })
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
  if (status in explanations) return status
  return status >= 400 && status < 500 ? 400 : 500
}
