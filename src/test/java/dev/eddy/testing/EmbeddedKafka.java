package dev.eddy.testing;

import dev.eddy.app.broker.EmbeddedBroker;
import java.io.IOException;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One embedded broker for a test class:
 * {@code @RegisterExtension static final EmbeddedKafka KAFKA = new EmbeddedKafka();}.
 */
public final class EmbeddedKafka implements TestKafka, BeforeAllCallback, AfterAllCallback {
    private EmbeddedBroker broker;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        broker = EmbeddedBroker.start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        broker.close();
    }

    @Override
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }
}
