import type {
  ReviewLicenceTypeRequest,
  ReviewLicenceTypeResponse,
} from '@lianzheng/proto/catalog/v1/catalog';
import type { Call } from '@lianzheng/rpc';
import { invalidArgument } from '@lianzheng/rpc/errors';
import type { Context } from '../context.ts';
import { checkReview, review } from '../domain/draft.ts';
import { findDraft, updateDraft } from '../store/drafts.ts';
import { write } from '../write.ts';
import { draftRefused, draftUnknown, toDraftMessage } from './draft-message.ts';

export const reviewLicenceType =
  (context: Context) =>
  async (request: ReviewLicenceTypeRequest, call: Call): Promise<ReviewLicenceTypeResponse> => {
    const problems = checkReview(request);
    if (problems.length > 0) throw invalidArgument(problems);
    const draft = await write(context, request, call, async (tx) => {
      const before = await findDraft(tx, request);
      if (!before) throw draftUnknown(request);
      const after = review(before, request);
      if ('refused' in after) throw draftRefused(after);
      await updateDraft(tx, after);
      return { answer: after };
    });
    context.events.typeReviewed(request.code, request.version, draft.state);
    return { draft: toDraftMessage(draft) };
  };
