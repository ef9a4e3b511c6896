/** The one user of the contender without sessions. */
export const nobody = 'user-0000000'
