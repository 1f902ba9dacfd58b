package dev.eddy.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartTest {
    private static final String PROCESS = "dev.eddy.stream.InferenceProcessor.process";
    private static final String STREAMS = "org.apache.kafka.streams.";

    @Test
    void shouldKnowTheStep() {
        assertThat(part("dev.eddy.kernel.ScalarKernel.multiply", "dev.eddy.network.LstmCell.step", PROCESS))
                .isEqualTo(Part.STEP);
        assertThat(part("java.lang.Math.fma", "dev.eddy.kernel.simd.Panels.times", PROCESS))
                .isEqualTo(Part.STEP);
    }

    @Test
    void shouldKnowTheStore() {
        assertThat(part("org.rocksdb.RocksDB.put", STREAMS + "state.internals.RocksDBStore.put", PROCESS))
                .isEqualTo(Part.STORE);
        assertThat(part(
                        "org.rocksdb.RocksDB.put",
                        STREAMS + "state.internals.RocksDBStore.put",
                        STREAMS + "state.internals.ChangeLoggingKeyValueBytesStore.put",
                        STREAMS + "state.internals.MeteredKeyValueStore.put",
                        "dev.eddy.stream.StateCache.flush"))
                .isEqualTo(Part.STORE);
    }

    @Test
    void shouldTellTheChangelogFromTheOutput() {
        String send = "org.apache.kafka.clients.producer.KafkaProducer.send";
        String streamsProducer = STREAMS + "processor.internals.StreamsProducer.send";
        String collector = STREAMS + "processor.internals.RecordCollectorImpl.send";
        assertThat(part(
                        send,
                        streamsProducer,
                        collector,
                        STREAMS + "processor.internals.ProcessorContextImpl.logChange",
                        STREAMS + "state.internals.ChangeLoggingKeyValueBytesStore.log",
                        "dev.eddy.stream.StateCache.flush"))
                .isEqualTo(Part.CHANGELOG);
        assertThat(part(send, streamsProducer, collector, STREAMS + "processor.internals.SinkNode.process", PROCESS))
                .isEqualTo(Part.REST);
    }

    @Test
    void shouldKnowTheCodecs() {
        assertThat(part("java.lang.Double.parseDouble", "dev.eddy.wire.JsonEvents.decode", PROCESS))
                .isEqualTo(Part.CODEC);
        assertThat(part("dev.eddy.state.StateCodec.write", "dev.eddy.stream.StateCache.flush"))
                .isEqualTo(Part.CODEC);
        assertThat(part("dev.eddy.model.FeatureEncoder.encode", PROCESS)).isEqualTo(Part.CODEC);
    }

    @Test
    void shouldKnowWhatEddyAndKafkaStreamsDoBesides() {
        assertThat(part("java.util.LinkedHashMap.get", "dev.eddy.stream.StateCache.find", PROCESS))
                .isEqualTo(Part.EDDY);
        assertThat(part(
                        STREAMS + "kstream.internals.KStreamFlatMapValues.process",
                        STREAMS + "processor.internals.ProcessorContextImpl.forward",
                        PROCESS))
                .isEqualTo(Part.REST);
        assertThat(part("org.apache.kafka.clients.consumer.KafkaConsumer.poll")).isEqualTo(Part.REST);
    }

    @Test
    void shouldLeaveOutThreadsThatWait() {
        assertThat(part("sun.nio.ch.EPoll.wait", "sun.nio.ch.EPollSelectorImpl.doSelect"))
                .isNull();
        assertThat(part("jdk.internal.misc.Unsafe.park", PROCESS)).isNull();
        assertThat(part("java.lang.Object.wait0", PROCESS)).isNull();
    }

    private static Part part(String... methods) {
        List<Part.Frame> stack = Arrays.stream(methods)
                .map(method -> new Part.Frame(
                        method.substring(0, method.lastIndexOf('.')), method.substring(method.lastIndexOf('.') + 1)))
                .toList();
        return Part.of(stack);
    }
}
