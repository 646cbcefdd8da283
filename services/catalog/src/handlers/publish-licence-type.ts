import {
  ObjectKind,
  type PublishLicenceTypeRequest,
  type PublishLicenceTypeResponse,
} from '@lianzheng/proto/catalog/v1/catalog';
import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { publish } from '../domain/draft.ts';
import { refuseTypeViolations } from '../put.ts';
import { findDraft, updateDraft } from '../store/drafts.ts';
import { findNewest, findObjects } from '../store/objects.ts';
import { write } from '../write.ts';
import { draftRefused, draftUnknown } from './draft-message.ts';

/** Everything is checked again: what the draft refers to may have changed since. */
export const publishLicenceType =
  (context: Context) =>
  async (request: PublishLicenceTypeRequest, call: Call): Promise<PublishLicenceTypeResponse> => {
    const { node } = context;
    const { code: key, version } = request;
    const kind = ObjectKind.LICENCE_TYPE;
    const object = await write(context, request, call, async (tx) => {
      const draft = await findDraft(tx, request);
      if (!draft) throw draftUnknown(request);
      if (draft.state === 'PUBLISHED') {
        const published = await findObjects(tx, { kind, key, version });
        return { answer: published.find((one) => one.node === node)! };
      }
      const newest = await findNewest(tx, { node, kind, key });
      const after = publish(draft, newest?.version ?? 0);
      if ('refused' in after) throw draftRefused(after);
      refuseTypeViolations(context, draft.licenceType, 'licence_type');
      await updateDraft(tx, after);
      const value = draft.licenceType;
      const answer: CatalogObject = {
        key,
        version,
        node,
        retired: false,
        object: { $case: 'licenceType', value },
      };
      return { answer, objects: [answer] };
    });
    return { object };
  };
