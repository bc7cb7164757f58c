// A customer's journey with the SDK of @hey-api/openapi-ts.
import { client } from "./client/client.gen.js";
import {
  createOrder,
  getOrder,
  getProduct,
  listNotifications,
  listProducts,
  listUsers,
  login,
  register,
} from "./client/sdk.gen.js";
import type { FieldProblem, Product } from "./client/types.gen.js";
import { check, json, untilFound, uuid } from "./steps.js";

const email = `hey-${uuid()}@example.com`;
const password = "correct horse";
let token = "";
client.setConfig({ baseUrl: process.env.STOREFRONT_URL ?? "http://localhost:3000", auth: () => token });

const registered = await register({ body: { email, password, name: "Ada Lovelace" } });
check("registered", registered.data?.data.user.email, email);

const again = await register({ body: { email, password, name: "Ada Lovelace" } });
if (again.error?.error.type === "ConflictError") {
  check("409", again.error.error.code, "USER_EXISTS");
  check("409 details", again.error.error.details?.email, email);
} else throw new Error(json(again));

const short = await register({ body: { email, password: "short", name: "" } });
if (short.error?.error.type === "ValidationError") {
  check("400", short.error.error.code, "MISSING_FIELDS");
  const fields: FieldProblem[] = short.error.error.details?.fields ?? [];
  check("400 fields", fields.map(({ field, code }) => `${field} ${code}`).join(), "password TOO_SHORT,name REQUIRED");
} else throw new Error(json(short));

const wrong = await login({ body: { email, password: "wrong horse" } });
check("401", wrong.error?.error.code, "INVALID_CREDENTIALS");

const guess = { email: `nobody-${uuid()}@example.com`, password };
const guessed = await untilFound(async () => {
  const { error } = await login({ body: guess });
  return error?.error.type === "RateLimitError" ? error.error : undefined;
});
check("429", guessed.code, "RATE_LIMIT_EXCEEDED");

const loggedIn = await login({ body: { email, password }, throwOnError: true });
token = loggedIn.data.data.token;

const users = await listUsers();
check("403", users.error?.error.code, "FORBIDDEN");

const products = await listProducts({ query: { limit: 100 }, throwOnError: true });
const { pagination } = products.data.meta;
check("products", "page" in pagination && pagination.page, 1);
const product: Product | undefined = products.data.data.find(({ stock }) => Number(stock) > 2);
if (product === undefined) throw new Error("no product is in stock");

const missing = await getProduct({ path: { id: uuid() } });
check("404", missing.error?.error.code, "NOT_FOUND");

const key = uuid();
const order = (quantity: number) =>
  createOrder({ headers: { "Idempotency-Key": key }, body: { items: [{ productId: product.id, quantity }] } });
const placed = await order(1);
if (placed.data === undefined) throw new Error(json(placed));
const { orderId, status } = placed.data.data;
check("placed", status, "pending");
const reused = await order(2);
check("422", reused.error?.error.code, "IDEMPOTENCY_KEY_REUSED");

const confirmed = await untilFound(async () => {
  const { data } = await getOrder({ path: { id: orderId } });
  return data?.data.status === "confirmed" ? data.data : undefined;
});
check("confirmed", confirmed.totalAmount, product.price);
const told = await untilFound(async () => {
  const { data } = await listNotifications({ query: { unread: true } });
  return data?.data.find((one) => one.type === "order.confirmed" && one.orderId === orderId);
});
check("notified", told.message, `Your order ${orderId} is confirmed`);
