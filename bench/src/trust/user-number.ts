/** That of `user-30` is 30. */
export const numberOf = (user: string): number => Number(user.slice(user.lastIndexOf('-') + 1))
