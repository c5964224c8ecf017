/** What has to be said above the list: what is wrong with the query, how far was looked, and that there are new jobs. */

import { Problem } from "../../api/client.ts";
import { count } from "../../format.ts";
import { Icon } from "../../ui/icons.tsx";
import { ErrorBox } from "../../ui/states.tsx";
import { type Listing, PAGE } from "./listing-hook.ts";

export function Notices({ listing, cursor }: { listing: Listing; cursor: string }) {
  const { error, fresh, page } = listing;
  return (
    <>
      {error && (error instanceof Problem && error.status === 422 ? <div class="notice bad" role="alert"><Icon name="warning" /><p>{error.message}</p></div> : <ErrorBox error={error} retry={listing.refresh} />)}
      {page?.scan && !page.scan.complete && (
        <div class="notice" role="status">
          <Icon name="info" />
          <p>
            No index has just these jobs, so the {cursor ? "next" : "newest"} {count(page.scan.examined)} were looked at{listing.rows.length > 0 ? "" : ", and none of them matches"}. Older ones may match as well.
          </p>
        </div>
      )}
      {fresh > 0 && (
        <button type="button" class="fresh" onClick={listing.show}>
          <Icon name="retry" size={14} />
          {fresh >= PAGE ? `${PAGE}+` : fresh} new {fresh === 1 ? "job" : "jobs"}
        </button>
      )}
    </>
  );
}
