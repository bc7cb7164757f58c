// A customer's journey with the client that OpenAPI Generator makes for Go.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"journey/storefront"
)

func uuid() string {
	bytes := make([]byte, 16)
	if _, err := rand.Read(bytes); err != nil {
		log.Fatal(err)
	}
	bytes[6], bytes[8] = bytes[6]&0x0f|0x40, bytes[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", bytes[:4], bytes[4:6], bytes[6:8], bytes[8:10], bytes[10:])
}

// check prints a step, or ends the journey if a value is another than the wanted one.
func check[T comparable](step string, found, wanted T) {
	if found != wanted {
		log.Fatalf("%s: %v and not %v", step, found, wanted)
	}
	fmt.Printf("  %s: %v\n", step, found)
}

// must ends the journey if a request failed.
func must[T any](answer T, _ *http.Response, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return answer
}

// problem is the error of a request, as the type that the description gives it.
func problem[P any](err error) P {
	var failed *storefront.GenericOpenAPIError
	if !errors.As(err, &failed) {
		log.Fatalf("no error of the API: %v", err)
	}
	typed, is := failed.Model().(P)
	if !is {
		log.Fatalf("another problem: %s %s", failed.Error(), failed.Body())
	}
	return typed
}

// untilFound repeats a request for half a minute, until it finds something.
func untilFound[T any](request func() *T) *T {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if found := request(); found != nil {
			return found
		}
	}
	log.Fatal("not found in time")
	return nil
}

func main() {
	configuration := storefront.NewConfiguration()
	configuration.Servers[0].URL = os.Getenv("STOREFRONT_URL")
	client := storefront.NewAPIClient(configuration)
	anyone := context.Background()
	email, password := "go-"+uuid()+"@example.com", "correct horse"

	ada := storefront.UserInput{Email: email, Password: password, Name: "Ada Lovelace"}
	registered := must(client.UsersAPI.Register(anyone).UserInput(ada).Execute())
	check("registered", registered.Data.User.Email, email)

	_, _, err := client.UsersAPI.Register(anyone).UserInput(ada).Execute()
	taken := problem[storefront.ConflictProblem](err)
	check("409", taken.Error.Code, "USER_EXISTS")
	check("409 details", *taken.Error.Details.Email, email)

	short := storefront.UserInput{Email: email, Password: "short", Name: ""}
	_, _, err = client.UsersAPI.Register(anyone).UserInput(short).Execute()
	invalid := problem[storefront.ValidationProblem](err)
	check("400", invalid.Error.Code, "MISSING_FIELDS")
	check("400 fields", invalid.Error.Details.Fields[0].Field, "password")
	check("400 codes", invalid.Error.Details.Fields[0].Code, storefront.FIELDPROBLEMCODE_TOO_SHORT)

	wrong := storefront.Credentials{Email: email, Password: "wrong horse"}
	_, _, err = client.UsersAPI.Login(anyone).Credentials(wrong).Execute()
	check("401", problem[storefront.AuthenticationProblem](err).Error.Code, "INVALID_CREDENTIALS")

	nobody := storefront.Credentials{Email: "nobody-" + uuid() + "@example.com", Password: password}
	limited := untilFound(func() *storefront.RateLimitProblem {
		_, response, err := client.UsersAPI.Login(anyone).Credentials(nobody).Execute()
		if response == nil || response.StatusCode != http.StatusTooManyRequests {
			return nil
		}
		limited := problem[storefront.RateLimitProblem](err)
		return &limited
	})
	check("429", limited.Error.Code, "RATE_LIMIT_EXCEEDED")

	login := must(client.UsersAPI.Login(anyone).Credentials(storefront.Credentials{Email: email, Password: password}).Execute())
	customer := context.WithValue(anyone, storefront.ContextAccessToken, login.Data.Token)

	_, _, err = client.UsersAPI.ListUsers(customer).Execute()
	check("403", problem[storefront.AuthorizationProblem](err).Error.Code, "FORBIDDEN")

	products := must(client.ProductsAPI.ListProducts(anyone).Limit(100).Execute())
	check("products", products.Meta.Pagination.PagePagination.Page, 1)
	var product *storefront.Product
	for index, one := range products.Data {
		if one.Stock > 2 {
			product = &products.Data[index]
		}
	}
	if product == nil {
		log.Fatal("no product is in stock")
	}

	_, _, err = client.ProductsAPI.GetProduct(anyone, uuid()).Execute()
	check("404", problem[storefront.NotFoundProblem](err).Error.Code, "NOT_FOUND")

	key := uuid()
	order := func(quantity int32) (*storefront.OrderCreated, *http.Response, error) {
		lines := []storefront.OrderLineInput{{ProductId: product.Id, Quantity: quantity}}
		return client.OrdersAPI.CreateOrder(customer).IdempotencyKey(key).OrderInput(storefront.OrderInput{Items: lines}).Execute()
	}
	placed := must(order(1)).Data
	check("placed", placed.Status, "pending")
	_, _, err = order(2)
	check("422", problem[storefront.IdempotencyProblem](err).Error.Code, "IDEMPOTENCY_KEY_REUSED")

	confirmed := untilFound(func() *storefront.Order {
		order := must(client.OrdersAPI.GetOrder(customer, placed.OrderId).Execute())
		if order.Data.Status != storefront.ORDERSTATUS_CONFIRMED {
			return nil
		}
		return &order.Data
	})
	check("confirmed", confirmed.TotalAmount, product.Price)
	told := untilFound(func() *storefront.Notification {
		list := must(client.NotificationsAPI.ListNotifications(customer).Unread(true).Execute())
		for index, one := range list.Data {
			if one.Type == storefront.NOTIFICATIONTYPE_ORDER_CONFIRMED && *one.OrderId == placed.OrderId {
				return &list.Data[index]
			}
		}
		return nil
	})
	check("notified", told.Message, "Your order "+placed.OrderId+" is confirmed")
}
