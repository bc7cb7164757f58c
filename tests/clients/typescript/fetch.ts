// A customer's journey with openapi-typescript and openapi-fetch.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";
import { check, json, untilFound, uuid } from "./steps.js";

const client = createClient<paths>({ baseUrl: process.env.STOREFRONT_URL ?? "http://localhost:3000" });
const email = `fetch-${uuid()}@example.com`;
const password = "correct horse";

const registered = await client.POST("/api/users/register", { body: { email, password, name: "Ada Lovelace" } });
check("registered", registered.data?.data.user.email, email);

const again = await client.POST("/api/users/register", { body: { email, password, name: "Ada Lovelace" } });
if (again.error?.error.type === "ConflictError") {
  check("409", again.error.error.code, "USER_EXISTS");
  check("409 details", again.error.error.details?.email, email);
} else throw new Error(json(again));

const short = await client.POST("/api/users/register", { body: { email, password: "short", name: "" } });
if (short.error?.error.type === "ValidationError") {
  check("400", short.error.error.code, "MISSING_FIELDS");
  const fields: components["schemas"]["FieldProblem"][] = short.error.error.details?.fields ?? [];
  check("400 fields", fields.map(({ field, code }) => `${field} ${code}`).join(), "password TOO_SHORT,name REQUIRED");
} else throw new Error(json(short));

const wrong = await client.POST("/api/users/login", { body: { email, password: "wrong horse" } });
check("401", wrong.error?.error.code, "INVALID_CREDENTIALS");

const guess = { email: `nobody-${uuid()}@example.com`, password };
const guessed = await untilFound(async () => {
  const { error, response } = await client.POST("/api/users/login", { body: guess });
  return error?.error.type === "RateLimitError" ? { code: error.error.code, response } : undefined;
});
check("429", guessed.code, "RATE_LIMIT_EXCEEDED");
check("429 header", Number(guessed.response.headers.get("Retry-After")) > 0, true);

const login = await client.POST("/api/users/login", { body: { email, password } });
if (login.data === undefined) throw new Error(json(login));
const headers = { Authorization: `Bearer ${login.data.data.token}` };

const users = await client.GET("/api/users", { headers });
check("403", users.error?.error.code, "FORBIDDEN");

const products = await client.GET("/api/products", { params: { query: { limit: 100 } } });
const pagination = products.data?.meta.pagination;
check("products", pagination !== undefined && "page" in pagination && pagination.page, 1);
const product = products.data?.data.find(({ stock }) => stock > 2);
if (product === undefined) throw new Error("no product is in stock");

const missing = await client.GET("/api/products/{id}", { params: { path: { id: uuid() } } });
check("404", missing.error?.error.code, "NOT_FOUND");

const order = (quantity: number) =>
  client.POST("/api/orders", {
    params: { header: { "Idempotency-Key": key } },
    headers,
    body: { items: [{ productId: product.id, quantity }] },
  });
const key = uuid();
const placed = await order(1);
if (placed.data === undefined) throw new Error(json(placed));
const { orderId, status } = placed.data.data;
check("placed", status, "pending");
const reused = await order(2);
check("422", reused.error?.error.code, "IDEMPOTENCY_KEY_REUSED");

const confirmed = await untilFound(async () => {
  const { data } = await client.GET("/api/orders/{id}", { params: { path: { id: orderId } }, headers });
  return data?.data.status === "confirmed" ? data.data : undefined;
});
check("confirmed", confirmed.totalAmount, product.price);
const told = await untilFound(async () => {
  const { data } = await client.GET("/api/notifications", { params: { query: { unread: true } }, headers });
  return data?.data.find((one) => one.type === "order.confirmed" && one.orderId === orderId);
});
check("notified", told.message, `Your order ${orderId} is confirmed`);
