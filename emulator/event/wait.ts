/** What a hart that sleeps in the event unit asked for. */
export const Wait = { NONE: 0, EVENT: 1, SOFTWARE: 2, BARRIER: 3, MUTEX: 4, DISPATCH: 5 } as const;
