import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import storefront.ApiClient;
import storefront.ApiException;
import storefront.JSON;
import storefront.api.NotificationsApi;
import storefront.api.OrdersApi;
import storefront.api.ProductsApi;
import storefront.api.UsersApi;
import storefront.model.*;

/** A customer's journey with the client that OpenAPI Generator makes for Java's own HTTP client. */
public final class Journey {
  private static <T> void check(String step, T found, T wanted) {
    if (!wanted.equals(found)) throw new IllegalStateException(step + ": " + found + " and not " + wanted);
    System.out.println("  " + step + ": " + found);
  }

  /** The error of a request, as the type that the description gives its status. */
  private static <P> P problem(int status, Class<P> type, Callable<?> request) throws Exception {
    try {
      throw new IllegalStateException("no error, but " + request.call());
    } catch (ApiException failed) {
      check("status", failed.getCode(), status);
      return JSON.getDefault().getMapper().readValue(failed.getResponseBody(), type);
    }
  }

  /** Repeats a request for half a minute, until it finds something. */
  private static <T> T untilFound(Callable<Optional<T>> request) throws Exception {
    for (long end = System.nanoTime() + 30_000_000_000L; System.nanoTime() < end; Thread.sleep(100)) {
      Optional<T> found = request.call();
      if (found.isPresent()) return found.get();
    }
    throw new IllegalStateException("not found in time");
  }

  private static ApiClient client() {
    ApiClient client = new ApiClient();
    // Only a reader that refuses unknown members tells the two kinds of pagination apart.
    client.setObjectMapper(JSON.getDefault().getMapper());
    client.updateBaseUri(System.getenv("STOREFRONT_URL"));
    return client;
  }

  public static void main(String[] arguments) throws Exception {
    UsersApi anyone = new UsersApi(client());
    String email = "java-" + UUID.randomUUID() + "@example.com";
    String password = "correct horse";

    UserInput ada = new UserInput().email(email).password(password).name("Ada Lovelace");
    UserRegistered registered = anyone.register(registration(ada));
    check("registered", registered.getData().getUser().getEmail(), email);

    ConflictProblem taken = problem(409, ConflictProblem.class, () -> anyone.register(registration(ada)));
    check("409", taken.getError().getCode(), ConflictError.CodeEnum.USER_EXISTS);
    check("409 details", taken.getError().getDetails().getEmail(), email);

    UserInput shortOne = new UserInput().email(email).password("short").name("");
    ValidationProblem invalid = problem(400, ValidationProblem.class, () -> anyone.register(registration(shortOne)));
    check("400", invalid.getError().getCode(), ValidationError.CodeEnum.MISSING_FIELDS);
    List<FieldProblem> fields = invalid.getError().getDetails().getFields();
    check("400 fields", fields.get(0).getField(), "password");
    check("400 codes", fields.get(0).getCode(), FieldProblemCode.TOO_SHORT);

    Credentials wrong = new Credentials().email(email).password("wrong horse");
    AuthenticationProblem unknown = problem(401, AuthenticationProblem.class, () -> anyone.login(guess(wrong)));
    check("401", unknown.getError().getCode(), AuthenticationError.CodeEnum.INVALID_CREDENTIALS);

    Credentials nobody = new Credentials().email("nobody-" + UUID.randomUUID() + "@example.com").password(password);
    RateLimitProblem limited = untilFound(() -> limitedLogin(anyone, nobody));
    check("429", limited.getError().getCode(), RateLimitError.CodeEnum.RATE_LIMIT_EXCEEDED);

    LoggedIn login = anyone.login(guess(new Credentials().email(email).password(password)));
    ApiClient withToken = client();
    withToken.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + login.getData().getToken()));

    AuthorizationProblem forbidden =
        problem(403, AuthorizationProblem.class, () -> new UsersApi(withToken).listUsers(UsersApi.APIListUsersRequest.newBuilder().build()));
    check("403", forbidden.getError().getCode(), AuthorizationError.CodeEnum.FORBIDDEN);

    ProductsApi catalogue = new ProductsApi(client());
    ProductList products = catalogue.listProducts(ProductsApi.APIListProductsRequest.newBuilder().limit(100).build());
    check("products", products.getMeta().getPagination().getPagePagination().getPage(), 1);
    Product product = products.getData().stream().filter(one -> one.getStock() > 2).findFirst().orElseThrow();

    NotFoundProblem missing =
        problem(404, NotFoundProblem.class, () -> catalogue.getProduct(ProductsApi.APIGetProductRequest.newBuilder().id(UUID.randomUUID()).build()));
    check("404", missing.getError().getCode(), NotFoundError.CodeEnum.NOT_FOUND);

    OrdersApi orders = new OrdersApi(withToken);
    String key = UUID.randomUUID().toString();
    PlacedOrder placed = orders.createOrder(order(product, 1, key)).getData();
    check("placed", placed.getStatus(), PlacedOrder.StatusEnum.PENDING);
    IdempotencyProblem reused =
        problem(422, IdempotencyProblem.class, () -> orders.createOrder(order(product, 2, key)));
    check("422", reused.getError().getCode(), IdempotencyError.CodeEnum.IDEMPOTENCY_KEY_REUSED);

    UUID id = placed.getOrderId();
    Order confirmed =
        untilFound(
            () -> Optional.of(orders.getOrder(OrdersApi.APIGetOrderRequest.newBuilder().id(id).build()).getData()).filter(one -> one.getStatus() == OrderStatus.CONFIRMED));
    check("confirmed", confirmed.getTotalAmount(), product.getPrice());
    NotificationsApi notifications = new NotificationsApi(withToken);
    var unread = NotificationsApi.APIListNotificationsRequest.newBuilder().unread(true).build();
    Notification told =
        untilFound(
            () ->
                notifications.listNotifications(unread).getData().stream()
                    .filter(one -> one.getType() == NotificationType.ORDER_CONFIRMED && id.equals(one.getOrderId()))
                    .findFirst());
    check("notified", told.getMessage(), "Your order " + id + " is confirmed");
  }

  private static UsersApi.APIRegisterRequest registration(UserInput user) {
    return UsersApi.APIRegisterRequest.newBuilder().userInput(user).build();
  }

  private static UsersApi.APILoginRequest guess(Credentials credentials) {
    return UsersApi.APILoginRequest.newBuilder().credentials(credentials).build();
  }

  private static OrdersApi.APICreateOrderRequest order(Product product, int quantity, String key) {
    OrderInput order = new OrderInput().addItemsItem(new OrderLineInput().productId(product.getId()).quantity(quantity));
    return OrdersApi.APICreateOrderRequest.newBuilder().orderInput(order).idempotencyKey(key).build();
  }

  private static Optional<RateLimitProblem> limitedLogin(UsersApi users, Credentials guess)
      throws JsonProcessingException {
    try {
      users.login(guess(guess));
    } catch (ApiException failed) {
      if (failed.getCode() == 429) {
        return Optional.of(JSON.getDefault().getMapper().readValue(failed.getResponseBody(), RateLimitProblem.class));
      }
    }
    return Optional.empty();
  }
}
