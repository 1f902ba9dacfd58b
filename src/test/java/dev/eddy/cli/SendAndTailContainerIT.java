package dev.eddy.cli;

import dev.eddy.testing.ContainerKafka;
import dev.eddy.testing.TestKafka;
import org.junit.jupiter.api.extension.RegisterExtension;

class SendAndTailContainerIT extends SendAndTailContract {
    @RegisterExtension
    static final ContainerKafka KAFKA = new ContainerKafka();

    @Override
    TestKafka kafka() {
        return KAFKA;
    }
}
