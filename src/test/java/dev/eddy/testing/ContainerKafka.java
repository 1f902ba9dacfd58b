package dev.eddy.testing;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/**
 * One broker in a container for a test class, the twin of {@link EmbeddedKafka}; where there is no Docker the class is
 * skipped. A Docker engine older than 25 needs {@code DOCKER_API_VERSION=1.41} in the environment, as its own client does.
 */
public final class ContainerKafka implements TestKafka, BeforeAllCallback, AfterAllCallback {
    private static final String NO_DOCKER =
            "no Docker engine answers, so the tests against a broker in a container are skipped";

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
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            // Maven reports a class that is skipped as a whole as no tests at all, without the reason.
            LoggerFactory.getLogger(context.getRequiredTestClass()).warn("SKIPPED: {}", NO_DOCKER);
            Assumptions.abort(NO_DOCKER);
        }
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
