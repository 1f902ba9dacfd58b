package dev.eddy.cli;

import dev.eddy.app.broker.EmbeddedBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code eddy broker}. */
@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        description = "Runs a Kafka broker of one node on this machine, for development. Ends with Ctrl-C.")
final class BrokerCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--port",
            defaultValue = "9092",
            paramLabel = "PORT",
            description = "Port on the loopback address; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where topics are kept, for the next start too. Default: a temporary directory, deleted at the"
                            + " end.")
    private Path directory;

    @Override
    public void run() {
        if (port < 0 || port > 65535) {
            throw new ParameterException(spec.commandLine(), "--port must be between 0 and 65535, not " + port);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(port, directory)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(broker), "broker-shutdown"));
            announce(broker);
            broker.awaitEnd();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void announce(EmbeddedBroker broker) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("bootstrap.servers=" + broker.bootstrapServers());
        out.println("Topics are kept in " + broker.directory() + (directory == null ? " until the broker ends." : "."));
        out.println("Next: put the first line into eddy.properties, with eddy.topics.create=true, and start 'eddy run'."
                + " Ctrl-C ends the broker.");
        out.flush();
    }

    private static void close(EmbeddedBroker broker) {
        try {
            broker.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
