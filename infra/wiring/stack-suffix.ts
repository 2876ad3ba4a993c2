import { type Intrinsic, ref, select, split } from '../intrinsics.ts';

/** The first eight hex digits of the stack's own id: distinguishes two stacks of one service. */
export function stackSuffix(): Intrinsic {
  return select(0, split('-', select(2, split('/', ref('AWS::StackId')))));
}
