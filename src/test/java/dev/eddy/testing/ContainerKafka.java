package dev.eddy.testing;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/**
 * One broker in a container for a test class, the twin of {@link EmbeddedKafka}; where there is no Docker the class is
 * skipped. A Docker engine older than 25 needs {@code DOCKER_API_VERSION=1.41} in the environment, as its own client does.
 */
public final class ContainerKafka implements TestKafka, BeforeAllCallback, AfterAllCallback {
    private KafkaContainer container;

    static {
        String version = System.getenv("DOCKER_API_VERSION");
        if (version != null && System.getProperty("api.version") == null) {
            System.setProperty("api.version", version);
        }
    }

    @Override
    @SuppressWarnings("resource")
    public void beforeAll(ExtensionContext context) {
        Assumptions.assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "no Docker engine answers, so the tests against a broker in a container are skipped");
        container = new KafkaContainer("apache/kafka:4.3.1");
        container.start();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (container != null) {
            container.stop();
        }
    }

    @Override
    public String bootstrapServers() {
        return container.getBootstrapServers();
    }
}
