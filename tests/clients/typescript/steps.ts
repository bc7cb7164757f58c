// What the journeys share: a step that is checked, and one that is repeated until it succeeds.
import { randomUUID } from "node:crypto";

export const uuid = (): string => randomUUID();
export const json = (value: unknown): string => JSON.stringify(value);

/** Prints a step, or fails if a value is another than the wanted one, which has to be of its type. */
export function check<T>(step: string, found: T, wanted: NonNullable<T>): void {
  if (found !== wanted) throw new Error(`${step}: ${json(found)} and not ${json(wanted)}`);
  console.log(`  ${step}: ${json(found)}`);
}

/** Repeats a request for half a minute, until it finds something. */
export async function untilFound<T>(request: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = await request();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("not found in time");
}
