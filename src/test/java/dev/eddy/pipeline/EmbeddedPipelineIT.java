package dev.eddy.pipeline;

import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbeddedPipelineIT extends PipelineContract {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    @Override
    TestKafka kafka() {
        return KAFKA;
    }
}
