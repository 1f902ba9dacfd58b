package dev.eddy.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;

/** Passes on only the path itself: the JDK's server matches by prefix. */
record ExactPath(String path, HttpHandler inner, HttpHandler otherwise) implements HttpHandler {
    @Override
    public void handle(HttpExchange exchange) throws IOException {
        boolean exact = exchange.getRequestURI().getPath().equals(path);
        (exact ? inner : otherwise).handle(exchange);
    }
}
