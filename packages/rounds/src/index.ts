export { createRounds, type Rounds, type RoundsOptions } from './rounds.ts';
