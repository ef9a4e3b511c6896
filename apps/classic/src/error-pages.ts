import type { NextFunction, Request, Response } from 'express'

export function answerNotFound(req: Request, res: Response): void {
  answer(req, res, 404)
}

export function answerError(
  error: { status?: unknown; code?: unknown },
  req: Request,
  res: Response,
  next: NextFunction,
): void {
  const status = Number(error?.status ?? 500)
  if (status >= 500) console.error(error)
  if (res.headersSent) return next(error)
  if (error?.code === 'data_too_large') answer(req, res, 413, 'That is more than a session can hold.')
  else answer(req, res, status)
}

function answer(req: Request, res: Response, status: number, text = textFor(status)): void {
  res.status(status)
  if (req.path.startsWith('/api/')) res.json({ error: text })
  else res.render('error', { status, text })
}

const textFor = (status: number) => texts[status] ?? (status < 500 ? texts[400] : texts[500])

const texts: { readonly [status: number]: string } = {
  400: 'The server could not read what was sent.',
  403: 'This form was sent by a page of another site, so nothing was done.',
  404: 'There is nothing at this address.',
  500: 'The fault is on our side: the terminal says what it is.',
}
