"""A customer's journey with the client of openapi-python-client."""

import os
import time
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID, uuid4

from storefront_client import AuthenticatedClient, Client
from storefront_client.api.notifications import list_notifications
from storefront_client.api.orders import create_order, get_order
from storefront_client.api.products import get_product, list_products
from storefront_client.api.users import list_users, login, register
from storefront_client.models import (
    AuthenticationProblem,
    AuthorizationProblem,
    ConflictErrorCode,
    ConflictProblem,
    Credentials,
    IdempotencyProblem,
    LoggedIn,
    OrderInput,
    OrderLineInput,
    UserInput,
    NotFoundProblem,
    Notification,
    NotificationList,
    NotificationType,
    Order,
    OrderCreated,
    OrderRetrieved,
    OrderStatus,
    PagePagination,
    ProductList,
    RateLimitProblem,
    UserRegistered,
    ValidationProblem,
)
from storefront_client.types import Unset

T = TypeVar("T")


def check(step: str, found: object, wanted: object) -> None:
    """Prints a step, or fails if a value is another than the wanted one."""
    assert found == wanted, f"{step}: {found!r} and not {wanted!r}"
    print(f"  {step}: {found}")


def until_found(request: Callable[[], T | None]) -> T:
    """Repeats a request for half a minute, until it finds something."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if (found := request()) is not None:
            return found
        time.sleep(0.1)
    raise TimeoutError("not found in time")


url = os.environ.get("STOREFRONT_URL", "http://localhost:3000")
anyone = Client(base_url=url)
email, password = f"python-{uuid4()}@example.com", "correct horse"

ada = UserInput(email=email, password=password, name="Ada Lovelace")
registered = register.sync(client=anyone, body=ada)
assert isinstance(registered, UserRegistered), registered
check("registered", registered.data.user.email, email)

again = register.sync(client=anyone, body=ada)
assert isinstance(again, ConflictProblem), again
check("409", again.error.code, ConflictErrorCode.USER_EXISTS)
assert not isinstance(again.error.details, Unset)
check("409 details", again.error.details.email, email)

short = register.sync(client=anyone, body=UserInput(email=email, password="short", name=""))
assert isinstance(short, ValidationProblem), short
check("400", short.error.code.value, "MISSING_FIELDS")
assert not isinstance(short.error.details, Unset) and not isinstance(short.error.details.fields, Unset)
fields = [f"{problem.field} {problem.code}" for problem in short.error.details.fields]
check("400 fields", fields, ["password TOO_SHORT", "name REQUIRED"])

wrong = login.sync(client=anyone, body=Credentials(email=email, password="wrong horse"))
assert isinstance(wrong, AuthenticationProblem), wrong
check("401", wrong.error.code.value, "INVALID_CREDENTIALS")

nobody = Credentials(email=f"nobody-{uuid4()}@example.com", password=password)


def limited() -> RateLimitProblem | None:
    answer = login.sync(client=anyone, body=nobody)
    return answer if isinstance(answer, RateLimitProblem) else None


check("429", until_found(limited).error.code.value, "RATE_LIMIT_EXCEEDED")

logged_in = login.sync(client=anyone, body=Credentials(email=email, password=password))
assert isinstance(logged_in, LoggedIn), logged_in
client = AuthenticatedClient(base_url=url, token=logged_in.data.token)

users = list_users.sync(client=client)
assert isinstance(users, AuthorizationProblem), users
check("403", users.error.code.value, "FORBIDDEN")

products = list_products.sync(client=anyone, limit=100)
assert isinstance(products, ProductList), products
assert isinstance(products.meta.pagination, PagePagination)
check("products", products.meta.pagination.page, 1)
product = next(product for product in products.data if product.stock > 2)

missing = get_product.sync(client=anyone, id=uuid4())
assert isinstance(missing, NotFoundProblem), missing
check("404", missing.error.code.value, "NOT_FOUND")

key = str(uuid4())
items = [OrderLineInput(product_id=product.id, quantity=1)]
placed = create_order.sync(client=client, body=OrderInput(items=items), idempotency_key=key)
assert isinstance(placed, OrderCreated), placed
order_id: UUID = placed.data.order_id
check("placed", placed.data.status, "pending")
items = [OrderLineInput(product_id=product.id, quantity=2)]
reused = create_order.sync(client=client, body=OrderInput(items=items), idempotency_key=key)
assert isinstance(reused, IdempotencyProblem), reused
check("422", reused.error.code.value, "IDEMPOTENCY_KEY_REUSED")


def confirmed() -> Order | None:
    answer = get_order.sync(client=client, id=order_id)
    assert isinstance(answer, OrderRetrieved), answer
    return answer.data if answer.data.status == OrderStatus.CONFIRMED else None


check("confirmed", until_found(confirmed).total_amount, product.price)


def told() -> Notification | None:
    answer = list_notifications.sync(client=client, unread=True)
    assert isinstance(answer, NotificationList), answer
    is_it = [one for one in answer.data if one.type_ == NotificationType.ORDER_CONFIRMED and one.order_id == order_id]
    return is_it[0] if is_it else None


check("notified", until_found(told).message, f"Your order {order_id} is confirmed")
