package dev.eddy.pipeline;

import dev.eddy.testing.ContainerKafka;
import dev.eddy.testing.TestKafka;
import org.junit.jupiter.api.extension.RegisterExtension;

class ContainerPipelineIT extends PipelineContract {
    @RegisterExtension
    static final ContainerKafka KAFKA = new ContainerKafka();

    @Override
    TestKafka kafka() {
        return KAFKA;
    }
}
