package dev.eddy.app.bench;

import dev.eddy.app.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Path;

/** The broker of a benchmark, in a JVM of its own: it ends with the process that started it, however that ends. */
final class BrokerMain {
    private BrokerMain() {}

    /**
     * Starts it, says its address on standard output, and lives until standard input ends.
     *
     * @param arguments the directory
     */
    @SuppressWarnings("SystemOut") // the address is this program's result
    public static void main(String[] arguments) throws IOException {
        EmbeddedBroker broker = EmbeddedBroker.start(0, Path.of(arguments[0]));
        System.out.println(broker.bootstrapServers());
        System.out.flush();
        while (System.in.read() >= 0) {
            // Nothing is ever sent; the pipe breaks when the other process has gone.
        }
        Runtime.getRuntime().halt(0);
    }
}
