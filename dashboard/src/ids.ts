/** Ids of jobs, short: they begin with the time, so jobs of the same minute differ only at the end. */

/** 019ab3c1-7f00-7000-8000-0123456789ab -> 019ab3c1…89ab: its beginning finds it, its end tells it from its neighbours. */
export const brief = (id: string) => `${id.slice(0, 8)}…${id.slice(-4)}`;
