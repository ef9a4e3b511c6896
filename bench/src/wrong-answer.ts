/** An answer that names another user, or another counter, than it must. That is no data point, and the run ends with 1. */
export class WrongAnswer extends Error {}
