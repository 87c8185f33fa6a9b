// A web shop of 12 services and 35 instances, built by hand for benchmarks and long tests: a gateway, a front
// end, eight services with timeouts, retries and pools, a cache and a database. Realistic in shape and size;
// the scenarios' own systems are in files.
#pragma once

#include "models.h"

namespace incident::sim::testing {

struct WebShop : Builder {
  ServiceId gateway, front, catalog, search, cart, checkout, pricing, stock, accounts, cache, database,
      payments;
  CacheId products;
  PoolId catalog_pool;
  EdgeId catalog_to_database;

  explicit WebShop(double per_second = 100) {
    const auto add = [&](const char* name, std::uint16_t instances, ServiceKind kind, std::int64_t cores) {
      const ServiceId s = service(name, instances, kind);
      ServiceParameters& p = of(s);
      p.workers = 32;
      p.queue_limit = 256;
      p.cpu_millicores = cores * 1000;
      p.probe_interval_us = 5'000'000;
      model.services[s.index()].probe = operation(s, "GET /healthz", {work(microseconds(200))});
      return s;
    };
    const auto app = ServiceKind::kApplication;
    gateway = add("gateway", 3, app, 2);
    front = add("front", 4, app, 4);
    catalog = add("catalog", 4, app, 2);
    search = add("search", 3, app, 4);
    cart = add("cart", 4, app, 2);
    checkout = add("checkout", 3, app, 2);
    pricing = add("pricing", 3, app, 2);
    stock = add("stock", 3, app, 2);
    accounts = add("accounts", 3, app, 2);
    cache = add("cache", 2, ServiceKind::kCache, 2);
    database = add("database", 1, ServiceKind::kDatabase, 16);
    payments = add("payments", 2, ServiceKind::kExternal, 8);
    of(database).workers = 200;

    const Shape log = Shape::kLognormal;
    const OperationId select = operation(database, "SELECT", {work(microseconds(900), log)});
    model.lock_sets.push_back({database, "orders", 512, 0});
    const OperationId update = operation(
        database, "UPDATE", {work(microseconds(700), log), lock(LockSetId(0)), work(microseconds(500))});
    const OperationId get = operation(cache, "GET", {work(microseconds(60))});
    const OperationId put = operation(cache, "SET", {work(microseconds(80))});
    const OperationId pay = operation(payments, "POST /charge", {delay(milliseconds(80), log)});
    model.caches.push_back({cache, "products", 10'000, 900, {}});
    products = CacheId(0);

    catalog_pool = pool(catalog, database, 10);
    catalog_to_database = network(catalog, select, catalog_pool);
    const OperationId product = operation(
        catalog, "GET /product",
        {work(milliseconds(2), log), cache_get(products, network(catalog, get), 2), call(catalog_to_database),
         cache_put(products, network(catalog, put)), work(milliseconds(1), log)});
    const OperationId find = operation(search, "GET /search", {work(milliseconds(6), log)});
    const OperationId price = operation(pricing, "GET /price", {work(milliseconds(1), log)});
    const OperationId level =
        operation(stock, "GET /stock",
                  {work(milliseconds(1), log), call(network(stock, select, pool(stock, database, 10)))});
    const OperationId user = operation(
        accounts, "GET /user",
        {work(milliseconds(1), log), call(network(accounts, select, pool(accounts, database, 10)))});
    const PoolId cart_pool = pool(cart, database, 10);
    const OperationId view = operation(
        cart, "GET /cart",
        {work(milliseconds(1), log), call(network(cart, select, cart_pool)), call(network(cart, price))});
    const OperationId add_item =
        operation(cart, "POST /cart", {work(milliseconds(1), log), call(network(cart, update, cart_pool))});
    const OperationId order = operation(
        checkout, "POST /order",
        {work(milliseconds(3), log), parallel(3), call(network(checkout, view)),
         call(network(checkout, user)), call(network(checkout, level)), call(network(checkout, pay)),
         call(network(checkout, update, pool(checkout, database, 10)))});
    const OperationId home =
        operation(front, "GET /",
                  {work(milliseconds(2), log), parallel(2), call(network(front, product)),
                   call(network(front, price), true), work(milliseconds(2), log)});
    const auto through = [&](OperationId to, const char* name) {
      return operation(gateway, name, {work(microseconds(300)), call(network(gateway, to))});
    };
    const OperationId gw_home = through(home, "GET /"), gw_product = through(product, "GET /product"),
                      gw_search = through(find, "GET /search"), gw_add = through(add_item, "POST /cart"),
                      gw_view = through(view, "GET /cart"), gw_order = through(order, "POST /order");
    const auto click = [&](OperationId to) {
      const EdgeId e = network(users, to);
      of(e).timeout_us = 10'000'000;
      of(e).network_us = 15'000;
      return call(e);
    };
    const auto think = [] { return delay(seconds(4)); };
    journey(per_second * 0.2, {click(gw_home), think(), click(gw_search), think(), click(gw_product)});
    journey(per_second * 0.05, {click(gw_home), think(), click(gw_product), think(), click(gw_add), think(),
                                click(gw_view), think(), click(gw_order)});
    journey(per_second * 0.15, {click(gw_product)});
  }

  EdgeId network(ServiceId from, OperationId to, PoolId pool = {}) {
    const EdgeId e = edge(from, to, pool);
    of(e).network_us = 250;
    of(e).timeout_us = 1'000'000;
    of(e).attempts = 2;
    of(e).retry_budget_permille = 200;
    return e;
  }
};

}  // namespace incident::sim::testing
