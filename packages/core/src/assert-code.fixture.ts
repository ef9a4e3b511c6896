import assert from 'node:assert/strict'
import { SessionError, type SessionErrorCode } from './errors.ts'

/** Asserts that `failing` fails with a `SessionError` of this code, and returns the error. */
export function assertCode(code: SessionErrorCode, failing: () => unknown): SessionError
export function assertCode(code: SessionErrorCode, failing: Promise<unknown>): Promise<SessionError>
export function assertCode(code: SessionErrorCode, failing: Promise<unknown> | (() => unknown)) {
  const judge = (error: unknown) => {
    assert.ok(error instanceof SessionError, `no SessionError: ${error}`)
    assert.equal(error.code, code)
    return error
  }
  const passed = () => assert.fail(`it did not fail with ${code}`)
  if (failing instanceof Promise) return failing.then(passed, judge)
  let error: unknown
  try {
    failing()
  } catch (thrown) {
    error = thrown
  }
  return error === undefined ? passed() : judge(error)
}
