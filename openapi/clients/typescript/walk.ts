// The main job of a marketplace with nothing but openapi-fetch and the types that openapi-typescript makes of openapi.json.
// Takes the address of a node.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./api.js";

type Schemas = components["schemas"];

// A step of the node takes milliseconds; a minute is for a machine that does much else.
const PATIENCE_MS = 60_000;

const node = process.argv[2] ?? "http://127.0.0.1:8080";
const everybody = createClient<paths>({ baseUrl: node });

/** What an operation answers; a problem ends the walk. */
function done<T>(answer: { data?: T; error?: Schemas["Problem"]; response: Response }): NonNullable<T> {
  if (answer.error !== undefined || answer.data === undefined || answer.data === null) {
    throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

/** Asks until the answer is the one that is waited for: some steps are a log's, and come a moment later. */
async function until<T>(what: string, ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}; the last answer was ${JSON.stringify(answer)}`);
    await sleep(100);
  }
}

function told(text: string): void {
  console.log(`  typescript: ${text}`);
}

/** Opens an account and logs in to it, and once more by the refresh token. */
async function signIn(name: string): Promise<{ as: Client<paths>; did: string }> {
  const body = { handle: `${name}-${randomUUID().slice(0, 8)}`, password: "correct horse battery" };
  const person = done(await everybody.POST("/v1/accounts", { body }));
  const first = done(await everybody.POST("/v1/sessions", { body }));
  const tokens = done(await everybody.POST("/v1/sessions/refresh", { body: { refresh_token: first.refresh_token } }));
  const headers = { Authorization: `Bearer ${tokens.access_token}` };
  const as = createClient<paths>({ baseUrl: node, headers });
  assert.equal(done(await as.GET("/v1/me")).did, person.did);
  return { as, did: person.did };
}

const client = await signIn("ada");
const freelancer = await signIn("bob");
told("two accounts, each with a session");

const pay: Schemas["Pay"] = { kind: "money", currency: "EUR", per: "project", max: 8_000 };
async function putProfile(who: Client<paths>, name: string): Promise<void> {
  const params = { header: { "Idempotency-Key": randomUUID() } };
  const body = { name, languages: ["en", "fr"], skills: ["local:rust"], remote: true, rate: pay };
  const put = await who.PUT("/v1/me/profile", { params, body });
  assert.equal(done(put).view.profile?.name, name);
}
await putProfile(client.as, "Ada");
await putProfile(freelancer.as, "Bob");
done(await freelancer.as.POST("/v1/saved-searches", { body: { label: "Rust", query: { skill: "local:rust" } } }));
told("two profiles, a saved search");

const wanted: Schemas["JobRequest"] = {
  title: "Port a parser",
  text: "From C to Rust, with its tests.",
  days: 10,
  language: "en",
  skills: ["local:rust"],
  pay,
  place: { kind: "remote" },
};
const tried = await client.as.POST("/v1/jobs", { params: { query: { dry_run: true } }, body: wanted });
assert.equal(tried.response.status, 200);
const job = done(
  await client.as.POST("/v1/jobs", { params: { header: { "Idempotency-Key": randomUUID() } }, body: wanted }),
).view;
const found = done(await everybody.GET("/v1/jobs", { params: { query: { text: "parser", skill: "local:rust" } } }));
assert(found.items.some((one) => one.id === job.id));
const onJob = { params: { path: { id: job.id } } };
const matches = await until(
  "the freelancer among the matches",
  async () => done(await everybody.GET("/v1/jobs/{id}/matches", onJob)),
  (matches) => matches.items.some((match) => match.did === freelancer.did),
);
for (const change of matches.items.flatMap((match) => match.explanation.what_if)) {
  // A choice that the compiler can tell apart by its tag.
  assert(change.change === "skill" ? change.need : change.rank >= 1);
}
const me = { path: { id: job.id, did: freelancer.did } };
assert(done(await everybody.GET("/v1/jobs/{id}/matches/{did}", { params: me })).sentences.length > 0);
await until(
  "the job among the recommended ones",
  async () => done(await freelancer.as.GET("/v1/me/recommended-jobs")),
  (recommended) => recommended.items.some((one) => one.job.id === job.id),
);
await until(
  "the alert",
  async () => done(await freelancer.as.GET("/v1/alerts")),
  (page) => page.items.some((alert) => alert.job === job.id),
);
told("a job, its search, its matches with reasons, an alert");

const bid = done(
  await freelancer.as.POST("/v1/jobs/{id}/bids", { ...onJob, body: { text: "I have ported three parsers.", days: 5, pay } }),
).view;
assert(done(await client.as.GET("/v1/jobs/{id}/bids", onJob)).items.some((one) => one.id === bid.id));
const onBid = { path: { id: bid.id } };
const seen = await client.as.GET("/v1/bids/{id}", { params: onBid });
const due = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
const terms: Schemas["OfferRequest"] = { scope: "The parser and its tests.", due, pay };
const offer = (version: string) =>
  client.as.POST("/v1/bids/{id}/offer", { params: { ...onBid, header: { "If-Match": version } }, body: terms });
const stale = await offer('"another"');
assert.equal(stale.response.status, 412);
assert.equal(stale.error?.type, "/problems/precondition-failed");
const contract = done(await offer(seen.response.headers.get("etag") ?? "")).view;
told("a bid, an offer on the version of it that was seen");

const onContract = { params: { path: { id: contract.id } } };
const standsAs = (state: string) =>
  until(
    `the contract is ${state}`,
    async () => done(await client.as.GET("/v1/contracts/{id}", onContract)),
    (contract) => contract.state === state,
  );
done(await freelancer.as.POST("/v1/contracts/{id}/accept", { ...onContract, body: {} }));
await standsAs("active");
const delivered = { note: "The branch is `parser`.", digest: "2c".repeat(32) };
done(await freelancer.as.POST("/v1/contracts/{id}/deliver", { ...onContract, body: delivered }));
done(await client.as.POST("/v1/contracts/{id}/accept-delivery", { ...onContract, body: { note: "Thank you." } }));
done(await client.as.POST("/v1/contracts/{id}/attest-paid", { ...onContract, body: {} }));
done(await freelancer.as.POST("/v1/contracts/{id}/confirm-received", { ...onContract, body: {} }));
done(await client.as.POST("/v1/contracts/{id}/close", { ...onContract, body: {} }));
told(`accepted, delivered, paid, confirmed: ${(await standsAs("closed")).state}`);

const ofClient: Schemas["ReviewRequest"] = { rating: 5, axes: { quality: 5 }, on_time: true, text: "Clean work." };
const ofFreelancer: Schemas["ReviewRequest"] = { rating: 4, axes: { clarity: 4 }, text: "Clear, and paid at once." };
done(await client.as.POST("/v1/contracts/{id}/reviews", { ...onContract, body: ofClient }));
done(await freelancer.as.POST("/v1/contracts/{id}/reviews", { ...onContract, body: ofFreelancer }));
const reviews = await until(
  "both reviews open",
  async () => done(await everybody.GET("/v1/contracts/{id}/reviews", onContract)),
  (reviews) => reviews.length === 2 && reviews.every((review) => review.rating !== undefined),
);
assert(reviews.some((review) => review.subject === freelancer.did && review.rating === 5));
done(await client.as.PUT("/v1/contracts/{id}/again", { ...onContract, body: { again: true } }));
told("both reviews, a private answer");

const onPerson = { params: { path: { did: freelancer.did } } };
done(await everybody.GET("/v1/reputation/{did}/evidence", onPerson));
done(await everybody.GET("/v1/reputation/{did}", onPerson));
const score = await until(
  "a score",
  () => client.as.GET("/v1/reputation/{did}/score", onPerson),
  (answer) => answer.response.status === 200,
);
assert(done(score).sentences.length > 0);
const onTile = { path: { kind: "reputation", path: "0/000.p/1" } };
const tile = await everybody.GET("/log/{kind}/tile/{path}", { params: onTile, parseAs: "arrayBuffer" });
assert.equal(done(tile).byteLength, 32);
told("evidence, facts, score, a tile of the log");
